"""The recipe of the space that words and pictures share: `make shared-space DATA=DIR`.

In: a folder of photographs with captions (``DIR/flickr8k/train.jsonl``), the prepared tower
and text encoder. Out: the files of ``clerestory/models/shared_space``. Downloads nothing;
all numbers come out of numpy on the CPU with fixed seeds.
"""
