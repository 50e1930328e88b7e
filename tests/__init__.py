"""The rule book and the guards of the house; folders mirror ``volunteer/``."""
