//! Handles: the engine's use cases, by what they are about. A handle opens the transaction of a use
//! case, or the connection of a page; what it does with it is a function of its own, so that several
//! can be one act.

/// Declares a handle, and the engine's method that gives it.
macro_rules! handle {
    ($(#[$doc:meta])* $method:ident: $Handle:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $Handle<'e>(pub(crate) &'e $crate::Engine);

        impl $crate::Engine {
            $(#[$doc])*
            #[must_use]
            pub const fn $method(&self) -> $Handle<'_> {
                $Handle(self)
            }
        }
    };
}
pub(crate) use handle;
