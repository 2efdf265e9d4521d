-- Waivers are ended and never otherwise changed, baselines stand, and of a rollback only what came of
-- its hook is written down later. None is deleted or replaced, but that a second rollback is told by the
-- key that is taken, which a trigger would hide.
CREATE TRIGGER waivers_never_changed BEFORE UPDATE OF
    id, run_id, item_id, approver_id, approver_name, reason, granted_at, expires_at ON waivers
BEGIN SELECT RAISE(ABORT, 'waivers are never changed, only ended'); END;
CREATE TRIGGER waivers_end_once BEFORE UPDATE OF ended_at, ended_by ON waivers
WHEN OLD.ended_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'waivers that were ended are never changed'); END;
CREATE TRIGGER waivers_never_deleted BEFORE DELETE ON waivers
BEGIN SELECT RAISE(ABORT, 'waivers are never deleted'); END;
CREATE TRIGGER waivers_never_replaced BEFORE INSERT ON waivers
WHEN EXISTS (SELECT 1 FROM waivers WHERE id = NEW.id OR rowid = NEW.rowid)
BEGIN SELECT RAISE(ABORT, 'waivers are never replaced'); END;

CREATE TRIGGER baselines_never_changed BEFORE UPDATE ON baselines
BEGIN SELECT RAISE(ABORT, 'baselines are never changed'); END;
CREATE TRIGGER baselines_never_deleted BEFORE DELETE ON baselines
BEGIN SELECT RAISE(ABORT, 'baselines are never deleted'); END;
-- Two portals, or two captures, may come to the same moment: the first stands.
CREATE TRIGGER baselines_never_replaced BEFORE INSERT ON baselines
WHEN EXISTS (SELECT 1 FROM baselines WHERE deployment_id = NEW.deployment_id
    AND moment = NEW.moment AND indicator = NEW.indicator)
BEGIN SELECT RAISE(IGNORE); END;

CREATE TRIGGER manual_baselines_never_changed BEFORE UPDATE ON manual_baselines
BEGIN SELECT RAISE(ABORT, 'baselines are never changed'); END;
CREATE TRIGGER manual_baselines_never_deleted BEFORE DELETE ON manual_baselines
BEGIN SELECT RAISE(ABORT, 'baselines are never deleted'); END;
CREATE TRIGGER manual_baselines_never_replaced BEFORE INSERT ON manual_baselines
WHEN EXISTS (SELECT 1 FROM manual_baselines WHERE deployment_id = NEW.deployment_id
    AND taken_at = NEW.taken_at AND indicator = NEW.indicator)
BEGIN SELECT RAISE(ABORT, 'baselines are never replaced'); END;

CREATE TRIGGER rollbacks_never_changed BEFORE UPDATE OF
    deployment_id, reason, triggered_by, at, target_version ON rollbacks
BEGIN SELECT RAISE(ABORT, 'rollbacks are never changed'); END;
CREATE TRIGGER rollbacks_never_deleted BEFORE DELETE ON rollbacks
BEGIN SELECT RAISE(ABORT, 'rollbacks are never deleted'); END;
