"""What a training needs: time, and where it goes."""
