"""What every page shares: middleware, security headers, template tags, error pages, health."""
