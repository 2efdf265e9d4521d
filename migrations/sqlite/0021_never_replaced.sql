-- `INSERT OR REPLACE` deletes what stands in its way without asking the triggers that forbid deleting:
-- these are asked before. A row of the same key, or in the same place, is never replaced.
CREATE TRIGGER audit_never_replaced BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'audit entries are never replaced'); END;
CREATE TRIGGER evidence_never_replaced BEFORE INSERT ON evidence
WHEN EXISTS (SELECT 1 FROM evidence WHERE id = NEW.id OR rowid = NEW.rowid)
BEGIN SELECT RAISE(ABORT, 'evidence is never replaced'); END;
CREATE TRIGGER sign_offs_never_replaced BEFORE INSERT ON sign_offs
WHEN EXISTS (SELECT 1 FROM sign_offs WHERE id = NEW.id OR rowid = NEW.rowid
    OR (run_id = NEW.run_id AND person_id = NEW.person_id AND number = NEW.number))
BEGIN SELECT RAISE(ABORT, 'sign-offs are never replaced'); END;
CREATE TRIGGER voided_sign_offs_never_replaced BEFORE INSERT ON voided_sign_offs
WHEN EXISTS (SELECT 1 FROM voided_sign_offs WHERE sign_off_id = NEW.sign_off_id OR rowid = NEW.rowid)
BEGIN SELECT RAISE(ABORT, 'voided sign-offs are never replaced'); END;
