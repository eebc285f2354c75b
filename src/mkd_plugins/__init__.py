"""Everything of MKD that touches the world: plugins, backends, the command line."""
