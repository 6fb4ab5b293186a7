"""Provenite SDK: sign and submit batch statements, query chains and content."""
