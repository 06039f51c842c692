delete from campaign where campaign_id in ('summer', 'idle');
