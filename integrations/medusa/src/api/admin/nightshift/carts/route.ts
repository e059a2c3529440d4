import type { MedusaRequest, MedusaResponse } from "@medusajs/framework/http"

import { invalid, MOST, readCarts, type SeenCart, touchedAt, whyKept } from "../../../../lib/nightshift/carts"

type Page = { carts: SeenCart[]; next: string | null }

/**
 * Carts that nobody has touched since `untouched_since`, neither completed nor paid, in the order of their ids and
 * behind the id `after`. A page has at most `limit` carts, and fewer where some of them turn out to be in use: `next`
 * is the `after` of the next page, or null.
 */
export async function GET(req: MedusaRequest, res: MedusaResponse<Page>): Promise<void> {
  const since = instant(req.query.untouched_since)
  const limit = count(req.query.limit)
  const after = typeof req.query.after === "string" ? req.query.after : ""
  const filters = {
    completed_at: null,
    updated_at: { $lt: since.toISOString() },
    ...(after ? { id: { $gt: after } } : {}),
  }
  const found = await readCarts(req.scope, filters, limit)
  const carts = found
    .filter((cart) => !whyKept(cart) && new Date(touchedAt(cart)) < since)
    .map((cart) => ({ id: cart.id, touched_at: touchedAt(cart) }))
  res.json({ carts, next: found.length < limit ? null : found[found.length - 1].id })
}

function instant(value: unknown): Date {
  const found = new Date(typeof value === "string" ? value : "")
  if (Number.isNaN(found.getTime())) {
    throw invalid("untouched_since must be an instant, as in 2026-11-20T22:04:00.000Z")
  }
  return found
}

function count(value: unknown): number {
  const found = Number(value)
  if (!Number.isInteger(found) || found < 1 || found > MOST) {
    throw invalid(`limit must be a whole number from 1 to ${MOST}`)
  }
  return found
}
