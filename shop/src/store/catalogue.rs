//! What the shop sells. Part of the release, not of the data.

/// A product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Product {
    /// Its address: `/products/{slug}`.
    pub slug: &'static str,
    /// What it is called.
    pub name: &'static str,
    /// One line.
    pub tagline: &'static str,
    /// A paragraph.
    pub description: &'static str,
    /// Price of one in euro cents.
    pub price_cents: u64,
    /// Colour of its card, as a CSS class of the style sheet.
    pub tone: &'static str,
    /// The drawing: shapes of a 120 by 120 SVG.
    pub drawing: &'static str,
}

/// All products, in the order of the home page.
pub const PRODUCTS: &[Product] = &[
    Product {
        slug: "storm-kettle",
        name: "Storm kettle",
        tagline: "Boils for four in three minutes.",
        description: "Spun steel with a beech handle that stays cool. The spout pours a line thin \
                      enough for filter coffee and does not drip on the cloth.",
        price_cents: 6_490,
        tone: "tone-sea",
        drawing: r##"<path d="M34 92h52l-6-46H40z" fill="#2f6f83"/><path d="M80 56l18-10-2 8-14 18z" fill="#2f6f83"/><path d="M42 46c2-24 34-24 36 0" fill="none" stroke="#8a5a35" stroke-width="6"/><rect x="46" y="40" width="28" height="6" rx="3" fill="#1f4f5f"/>"##,
    },
    Product {
        slug: "harbour-mug",
        name: "Harbour mug",
        tagline: "Stoneware, 350 ml, dishwasher-proof.",
        description: "Thrown by hand and glazed twice. Heavy enough to stay put on a moving boat, \
                      and the glaze hides the tea.",
        price_cents: 1_850,
        tone: "tone-sand",
        drawing: r##"<rect x="32" y="40" width="44" height="50" rx="8" fill="#c4683f"/><path d="M76 52h8a12 12 0 0 1 0 26h-8" fill="none" stroke="#c4683f" stroke-width="7"/><rect x="32" y="56" width="44" height="8" fill="#f4e6d2"/>"##,
    },
    Product {
        slug: "reading-lamp",
        name: "Reading lamp",
        tagline: "Warm light, one knob, no app.",
        description: "A brass arm on a cast foot. The knob dims without flicker from 40 to 600 \
                      lumens and remembers nothing about you.",
        price_cents: 8_900,
        tone: "tone-dusk",
        drawing: r##"<path d="M58 34l30 22-40 4z" fill="#b98a2e"/><path d="M60 44L48 92" stroke="#5d4a6b" stroke-width="6"/><rect x="32" y="90" width="36" height="8" rx="4" fill="#5d4a6b"/>"##,
    },
    Product {
        slug: "field-notebook",
        name: "Field notebook",
        tagline: "96 dotted pages that take ink.",
        description: "Thread-sewn so that it lies flat. The cover is waxed canvas; the paper has \
                      a tooth for pencil and does not bleed.",
        price_cents: 1_290,
        tone: "tone-moss",
        drawing: r##"<rect x="36" y="30" width="50" height="64" rx="4" fill="#4f7350"/><rect x="36" y="30" width="10" height="64" fill="#35543a"/><path d="M54 46h24M54 56h24M54 66h16" stroke="#e6efe0" stroke-width="4"/>"##,
    },
    Product {
        slug: "wool-blanket",
        name: "Wool blanket",
        tagline: "130 × 180 cm from mountain sheep.",
        description: "Woven in a mill that has done nothing else since 1911. Scratches for a \
                      week, then never again.",
        price_cents: 11_900,
        tone: "tone-rose",
        drawing: r##"<rect x="28" y="44" width="64" height="44" rx="6" fill="#a9485a"/><path d="M28 56h64M28 76h64" stroke="#f3d9d3" stroke-width="5"/><path d="M32 88v8M44 88v8M56 88v8M68 88v8M80 88v8" stroke="#a9485a" stroke-width="4"/>"##,
    },
    Product {
        slug: "market-basket",
        name: "Market basket",
        tagline: "Willow, carries 12 kg of potatoes.",
        description: "Cut in winter, peeled in spring, woven wet. The handle is one piece and \
                      goes all the way round.",
        price_cents: 3_950,
        tone: "tone-sand",
        drawing: r##"<path d="M30 58h60l-8 36H38z" fill="#a87c46"/><path d="M38 58c0-36 44-36 44 0" fill="none" stroke="#7d5a30" stroke-width="6"/><path d="M34 70h52M37 82h46" stroke="#7d5a30" stroke-width="3"/>"##,
    },
];

/// The product at an address.
pub fn find(slug: &str) -> Option<&'static Product> {
    PRODUCTS.iter().find(|product| product.slug == slug)
}

/// Cents as the shop writes prices: `€64.90`.
pub fn euros(cents: u64) -> String {
    format!("€{}.{:02}", cents / 100, cents % 100)
}
