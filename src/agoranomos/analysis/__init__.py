"""What a campaign's tables say: tiers, null play, arms, comparisons, manipulation checks, figures and the report."""
