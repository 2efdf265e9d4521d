//! The runbooks that ship with Daytwo, built in.

/// File name and YAML of each, in the order they are listed; loaded at start where the slug is not
/// known yet.
pub const SHIPPED_RUNBOOKS: [(&str, &str); 7] = [
    ("runbooks/first-deploy.yaml", include_str!("../../runbooks/first-deploy.yaml")),
    ("runbooks/subsequent-deploy.yaml", include_str!("../../runbooks/subsequent-deploy.yaml")),
    ("runbooks/hotfix.yaml", include_str!("../../runbooks/hotfix.yaml")),
    ("runbooks/vendor-sync.yaml", include_str!("../../runbooks/vendor-sync.yaml")),
    ("runbooks/backend-deploy.yaml", include_str!("../../runbooks/backend-deploy.yaml")),
    ("runbooks/first-30-days.yaml", include_str!("../../runbooks/first-30-days.yaml")),
    (
        "runbooks/backup-restore-drill.yaml",
        include_str!("../../runbooks/backup-restore-drill.yaml"),
    ),
];
