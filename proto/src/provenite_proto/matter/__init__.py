"""Matter: elements, materials, quantities and the balance between them."""
