"""What a plugin is proved with: the synthetic province, fakes and the conformance kit. Ships in the wheel."""
