"""What the machinery must know about this modality: one short module for each capability."""
