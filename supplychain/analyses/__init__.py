"""Questions that run the pipeline many times: removals, back-test, sensitivity, owners."""
