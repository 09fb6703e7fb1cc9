"""The recipe of the space of sounds: ``make sounds-space``.

In: a seed. Out: ``clerestory/models/sounds.safetensors``. It needs no recording: it makes a
world of sounds up (``world.py``), plays each sort of them in several ways, and learns which
of the features of ``models/sound_features.py`` stay the same when a sound is met again.
"""
