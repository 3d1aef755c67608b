"""The answer whether an integration is done: it joins lint, recorded traffic, the receiver's check and coverage."""
