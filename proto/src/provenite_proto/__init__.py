"""The Provenite protocol: what everyone must compute alike; no I/O, clock or environment."""
