"""Two events to look around in: an invented forum that is always under way, and a real meeting of 2017."""
