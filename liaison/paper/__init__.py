"""What paper is made of: pages set with the bundled fonts, letters, scripts and pictures. Knows no guest and no event."""
