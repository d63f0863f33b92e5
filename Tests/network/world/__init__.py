"""What the tests are made of: sites behind NAT, lines between them and the platform, and the programs at both ends."""
