"""Regressions against what is known in closed form and what made the numbers."""

import numpy as np
import pytest
from training.shared_space.regression import RIDGE, regress, ridge


def test_leaving_a_row_out_of_a_ridge_needs_only_its_leverage() -> None:
    random = np.random.default_rng(8)
    inputs, wanted = random.normal(size=(60, 5)), random.normal(size=(60, 1))
    matrix, inverse = ridge(inputs, wanted)
    row = np.append(inputs[0], 1)
    pull = row @ inverse @ row
    fast = (row @ matrix - pull * wanted[0]) / (1 - pull)
    moments = np.c_[inputs, np.ones(60)]
    penalty = RIDGE * 60 / 6 * np.eye(6)
    left = np.linalg.solve(moments[1:].T @ moments[1:] + penalty, moments[1:].T @ wanted[1:])
    assert fast == pytest.approx(row @ left, abs=1e-5)


def test_a_regression_finds_the_weights_that_made_the_truth() -> None:
    random = np.random.default_rng(9)
    features = random.normal(size=(20000, 2)) * [1, 5] + [0, 3]
    sure = 1 / (1 + np.exp(-(0.5 + features @ [1.0, -0.3])))
    found = regress(features, random.random(20000) < sure, np.ones(20000), decay=0.0)
    assert found == pytest.approx([0.5, 1.0, -0.3], abs=0.08)
