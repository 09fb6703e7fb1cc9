"""From a query to hits: candidates, fusion, collapse, calibration. Knows no language model."""
