"""Media: uploads, thumbnails, files served safely, quotas."""
