import sys

import treadle.bag as db

words = db.read_text(sys.argv[1]).str.lower().str.split().flatten()
for word, count in words.frequencies().topk(10, key=1).compute(num_workers=2):
    print(word, count)
