# Opens links with requests, as scripts do. A line is a link, a secret or -, and a file for each time; each gets the answer `done`.
import sys

import requests

for line in sys.stdin:
    link, secret, *files = line.split()
    session = requests.Session()
    headers = {} if secret == '-' else {'Once-Client': secret}
    for file in files:
        response = session.get(link, headers=headers, timeout=60)
        if response.ok:
            with open(file, 'wb') as output:
                output.write(response.content)
    print('done', flush=True)
