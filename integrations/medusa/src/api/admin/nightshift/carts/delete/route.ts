import type { MedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import type { MedusaContainer } from "@medusajs/framework/types"
import { Modules } from "@medusajs/framework/utils"

import {
  invalid,
  MOST,
  readCarts,
  type Reason,
  type SeenCart,
  touchedAt,
  whyKept,
} from "../../../../../lib/nightshift/carts"

type Answer = { deleted: string[]; kept: { id: string; reason: Reason }[] }

/** Seconds to wait for somebody who is at work on a cart. */
const PATIENCE = 2

/**
 * Delete carts that are still as they were seen. Every other one is kept, with the reason. Asking twice does no harm:
 * the second time, a cart is gone.
 */
export async function POST(req: MedusaRequest<unknown>, res: MedusaResponse<Answer>): Promise<void> {
  const answer: Answer = { deleted: [], kept: [] }
  for (const cart of seenCarts(req.body)) {
    const reason = await deleteUnlessTouched(req.scope, cart)
    if (reason) {
      answer.kept.push({ id: cart.id, reason })
    } else {
      answer.deleted.push(cart.id)
    }
  }
  res.json(answer)
}

/**
 * Look at a cart and delete it under its lock: Medusa's own cart workflows take the same, so nobody can put something
 * into the cart between the look and the deletion.
 */
async function deleteUnlessTouched(container: MedusaContainer, seen: SeenCart): Promise<Reason | undefined> {
  let hasLock = false
  const act = async (): Promise<Reason | undefined> => {
    hasLock = true
    const [cart] = await readCarts(container, { id: seen.id }, 1)
    if (!cart) {
      return "gone"
    }
    const reason = whyKept(cart) ?? (touchedAt(cart) === seen.touched_at ? undefined : "touched")
    if (!reason) {
      await container.resolve(Modules.CART).softDeleteCarts([cart.id])
    }
    return reason
  }
  try {
    return await container.resolve(Modules.LOCKING).execute(seen.id, act, { timeout: PATIENCE })
  } catch (error) {
    if (hasLock) {
      throw error
    }
    return "busy"
  }
}

function seenCarts(body: unknown): SeenCart[] {
  const carts = (body as { carts?: unknown } | undefined)?.carts
  if (!Array.isArray(carts) || !carts.every(isSeenCart)) {
    throw invalid("carts must be a list of objects with the texts id and touched_at")
  }
  if (carts.length > MOST) {
    throw invalid(`at most ${MOST} carts can be deleted at once`)
  }
  return carts
}

function isSeenCart(value: unknown): value is SeenCart {
  const cart = value as Partial<SeenCart> | null
  return typeof cart?.id === "string" && typeof cart.touched_at === "string"
}
