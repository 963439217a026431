"""Makes swift's rings in a folder, with one device each. Arguments: FOLDER NAME:PORT..."""

import sys

from swift.common.ring import RingBuilder

folder = sys.argv[1]
for name, port in (server.split(':') for server in sys.argv[2:]):
    builder = RingBuilder(part_power=1, replicas=1, min_part_hours=1)
    place = {'region': 1, 'zone': 1, 'ip': '127.0.0.1', 'port': int(port)}
    builder.add_dev({'id': 0, 'weight': 1, 'device': 'd1', 'meta': '', **place})
    builder.rebalance()
    builder.get_ring().save(f'{folder}/{name}.ring.gz')
