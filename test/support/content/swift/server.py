"""Runs one of swift's servers with the configuration in a folder, not that in /etc/swift. Arguments: FOLDER NAME"""

import sys

from swift.common.utils import set_swift_dir
from swift.common.wsgi import run_wsgi

folder, name = sys.argv[1:]
set_swift_dir(folder)
sys.exit(run_wsgi(f'{folder}/{name}.conf', f'{name}-server', verbose=True))
