"""What generated products are named after: DummyJSON's 24 categories with things sold in them."""

# Five things and forty qualities make 200 names per category.
THINGS: dict[str, tuple[str, str, str, str, str]] = {
    "beauty": ("Mascara", "Eyeshadow Palette", "Powder Canister", "Lipstick", "Nail Polish"),
    "fragrances": ("Eau de Parfum", "Cologne", "Body Mist", "Rose Water", "Amber Oil"),
    "furniture": ("Bed", "Sofa", "Bedside Table", "Conference Chair", "Wooden Sink"),
    "groceries": ("Apple", "Olive Oil", "Jalapeño Salsa", "Crème Fraîche", "Green Tea"),
    "home-decoration": ("Photo Frame", "House Showpiece", "Plant Pot", "Table Lamp", "Wall Clock"),
    "kitchen-accessories": ("Bamboo Spatula", "Chopping Board", "Egg Slicer", "Hand Blender", "Wok"),
    "laptops": ("Notebook 13", "Notebook 14", "Ultrabook", "Workstation", "Gaming Laptop"),
    "mens-shirts": ("Check Shirt", "Oxford Shirt", "Linen Shirt", "Flannel Shirt", "Polo"),
    "mens-shoes": ("Sneakers", "Cleats", "Loafers", "Derby", "Trail Runners"),
    "mens-watches": ("Moonphase", "Chronograph", "Diver", "Field Watch", "Dress Watch"),
    "mobile-accessories": ("Charger", "Phone Stand", "Earbuds", "Power Bank", "Monopod"),
    "motorcycle": ("Scooter", "Sport Bike", "Cruiser", "Enduro", "Café Racer"),
    "skin-care": ("Body Lotion", "Face Wash", "Serum", "Sun Cream", "Lip Balm"),
    "smartphones": ("Phone Mini", "Phone", "Phone Plus", "Phone Pro", "Foldable"),
    "sports-accessories": ("Football", "Baseball Glove", "Tennis Racket", "Cricket Bat", "Rowing Handle"),
    "sunglasses": ("Aviators", "Wayfarers", "Round Glasses", "Sport Glasses", "Cat Eye Glasses"),
    "tablets": ("Tablet 8", "Tablet 10", "Tablet 11 Pro", "Drawing Tablet", "Reader"),
    "tops": ("Blouse", "T-Shirt", "Tank Top", "Tunic", "Frock"),
    "vehicle": ("Hatchback", "Sedan", "Pickup", "Roadster", "Van"),
    "womens-bags": ("Handbag", "Tote", "Clutch", "Shoulder Bag", "Rucksack"),
    "womens-dresses": ("Evening Gown", "Summer Dress", "Corset Dress", "Wrap Dress", "Dirndl"),
    "womens-jewellery": ("Ring", "Earrings", "Necklace", "Bracelet", "Brooch"),
    "womens-shoes": ("Heels", "Sandals", "Ballerinas", "Ankle Boots", "Espadrilles"),
    "womens-watches": ("Bangle Watch", "Gold Watch", "Pearl Watch", "Mesh Watch", "Smartwatch"),
}

QUALITIES: tuple[str, ...] = (
    "Classic", "Élégante", "Nordic", "Grüner", "Señorita", "Aurora", "Vintage", "Łódź", "Midnight", "Çağlar",
    "Atlas", "Smörgås", "Velvet", "Ōsaka", "Prairie", "Façade", "Harbour", "Ængus", "Copper", "Žofie",
    "Meadow", "Noël", "Granite", "Ísland", "Willow", "Škoda", "Cinder", "Zürich", "Saffron", "Åre",
    "Juniper", "日本", "Quartz", "Ελιά", "Maple", "Дача", "Indigo", "Müller’s", "Coral", "Ñandú",
)  # fmt: skip

BRANDS: tuple[str, ...] = (
    "Essence", "Glamour Beauty", "Nordhaus", "Velvet Touch", "Chic & Co", "Annibale", "Knoll Works",
    "Asteria", "Fjäll", "Otto & Söhne", "Pampi", "Northwind", "Tresor", "Opal", "Kinetic", "Bluebird",
)  # fmt: skip

COMMENTS: tuple[str, ...] = (
    "Would not recommend!", "Very satisfied!", "Highly impressed!", "Great value for money!", "Très bien 👍",
    "Arrived late, but works.", "Not as described!", "Would buy again!",
)  # fmt: skip

REVIEWERS: tuple[str, ...] = (
    "Eleanor Collins", "Lucas Gordon", "Savannah Gomez", "Noah Hernandez", "Zoe Müller", "Mateo Peña",
)  # fmt: skip

WARRANTIES: tuple[str, ...] = ("1 week warranty", "1 month warranty", "1 year warranty", "Lifetime warranty")
SHIPPINGS: tuple[str, ...] = ("Ships overnight", "Ships in 3-5 business days", "Ships in 2 weeks")
RETURNS: tuple[str, ...] = ("No return policy", "7 days return policy", "30 days return policy")
