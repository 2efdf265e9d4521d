-- Waivers are ended and never otherwise changed, baselines stand, and of a rollback only what came of
-- its hook is written down later. None is deleted.
CREATE TRIGGER waivers_are_never_changed BEFORE DELETE OR TRUNCATE OR UPDATE OF
    id, run_id, item_id, approver_id, approver_name, reason, granted_at, expires_at ON waivers
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER waivers_end_once BEFORE UPDATE OF ended_at, ended_by ON waivers
    FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER baselines_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON baselines
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER manual_baselines_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON manual_baselines
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER rollbacks_are_never_changed BEFORE DELETE OR TRUNCATE OR UPDATE OF
    deployment_id, reason, triggered_by, at, target_version ON rollbacks
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
