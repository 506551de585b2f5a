"""What a message costs, against a floor measured in the same run: `make bench`."""
