"""From bytes to a Reading: segments with locators, objects and ledger lines. Knows no store."""
