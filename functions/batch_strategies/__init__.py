"""The types of batch jobs that this shop has, each a strategy in a file of its own."""

from __future__ import annotations

from batch_strategies.order_export import OrderExport
from batch_strategies.price_list_import import PriceListImport
from batch_strategies.product_export import ProductExport
from batch_strategies.product_import import ProductImport
from nightshift.batch_jobs.strategy import Strategies

STRATEGIES = Strategies(ProductImport(), ProductExport(), OrderExport(), PriceListImport())
