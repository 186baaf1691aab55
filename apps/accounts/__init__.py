"""People, their roles per company and plant, and what they may see."""
