"""The Provenite protocol: what everyone must compute alike. Pure: no I/O, no clock, no environment."""
