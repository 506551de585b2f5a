"""Reports as documents: what stands in them, how each form is written, and the signed links that fetch them."""
