"""The library folder: catalogue, readings, objects, index. Knows not how segments are made or ranked."""
