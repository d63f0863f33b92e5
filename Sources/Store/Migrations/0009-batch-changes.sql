-- What a batch may have changed is what going back has to look after, whatever state it ended in.
ALTER TABLE batch_item ADD COLUMN changed BIGINT NOT NULL DEFAULT 0;
UPDATE batch_item SET changed = 1 WHERE state IN ('succeeded', 'running');
-- Attempts that failed for now, since a person last set it going: waiting for somebody is no failure.
ALTER TABLE batch_item ADD COLUMN failures BIGINT NOT NULL DEFAULT 0;
