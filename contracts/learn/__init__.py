"""Evidence from recordings: which gaps it answers, where the contract is wrong, and what corrects it."""
