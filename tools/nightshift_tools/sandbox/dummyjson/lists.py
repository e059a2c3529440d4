"""List answers: filter, sort, page and select, in DummyJSON's order and with its envelope."""

from collections.abc import Callable, Iterable, Sequence

from nightshift_tools.sandbox.dummyjson.catalogue import Catalogue
from nightshift_tools.sandbox.dummyjson.ordering import sorted_ids
from nightshift_tools.sandbox.dummyjson.query import ListOptions
from nightshift_tools.sandbox.exact_json import JsonObject, dumps
from nightshift_tools.sandbox.message import Response

Wanted = Callable[[JsonObject], bool]


def everything(catalogue: Catalogue, options: ListOptions) -> Response:
    """A page of all products; without a sort no product is parsed."""
    if options.sort_by is None:
        return _page(catalogue, catalogue.ids, options)
    return _selection(catalogue, options, "all", lambda _: True)


def mentioning(catalogue: Catalogue, options: ListOptions) -> Response:
    """The products whose title or description contains `q`, whatever the case."""

    def mentions(product: JsonObject) -> bool:
        return any(options.q in str(product.get(field, "")).lower() for field in ("title", "description"))

    return _selection(catalogue, options, f"q={options.q}", mentions)


def of_category(catalogue: Catalogue, options: ListOptions, slug: str) -> Response:
    """The products of a category; an unknown one has none, which is no error."""
    wanted = slug.lower()
    return _selection(
        catalogue,
        options,
        f"category={wanted}",
        lambda product: str(product.get("category")).lower() == wanted,
    )


def selected(product: JsonObject, names: tuple[str, ...]) -> JsonObject:
    """The named fields in the order asked for; unknown names vanish."""
    return {name: product[name] for name in names if name in product}


def _selection(catalogue: Catalogue, options: ListOptions, name: str, wanted: Wanted) -> Response:
    def arranged(products: Iterable[JsonObject]) -> list[int]:
        found = filter(wanted, products)
        if options.sort_by is None:
            return [product["id"] for product in found]
        return sorted_ids(found, options.sort_by, options.order)

    ids = catalogue.view((name, options.sort_by, options.order), arranged)
    return _page(catalogue, ids, options)


def _page(catalogue: Catalogue, ids: Sequence[int], options: ListOptions) -> Response:
    start, stop = options.window(len(ids))
    page = ids[start:stop]
    names = options.select
    products: Iterable[bytes]
    if names is None:
        products = map(catalogue.product, page)
    else:
        products = (dumps(selected(catalogue.document(product_id), names)) for product_id in page)
    skip = "null" if options.skip is None else options.skip
    envelope_end = f'],"total":{len(ids)},"skip":{skip},"limit":{len(page)}}}'
    return Response(200, b'{"products":[' + b",".join(products) + envelope_end.encode())
