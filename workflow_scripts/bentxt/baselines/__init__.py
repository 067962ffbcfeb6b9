"""What models are held against: the best answers without the image, and the answers of the true maps."""
