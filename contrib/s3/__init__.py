"""S3: blobs in a bucket of Amazon S3, Cloudflare R2, MinIO or another server that speaks it."""
