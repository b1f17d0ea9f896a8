import sys

import dask
import dask.bag as db

if __name__ == "__main__":
    words = db.read_text(sys.argv[1]).str.lower().str.split().flatten()
    with dask.config.set(scheduler="processes", num_workers=2):
        for word, count in words.frequencies().topk(10, key=1).compute():
            print(word, count)
