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
const PATIENCE = 1

/** Carts that are looked at and deleted together. */
const TOGETHER = 100

/**
 * Delete carts that are still as they were seen. Every other one is kept, with the reason. Asking twice does no harm:
 * the second time, a cart is gone.
 */
export async function POST(req: MedusaRequest<unknown>, res: MedusaResponse<Answer>): Promise<void> {
  const carts = seenCarts(req.body)
  const answer: Answer = { deleted: [], kept: [] }
  for (let start = 0; start < carts.length; start += TOGETHER) {
    await deleteLocked(req.scope, carts.slice(start, start + TOGETHER), answer)
  }
  res.json(answer)
}

/**
 * Look at carts and delete them under their locks: Medusa's own cart workflows take the same, so nobody can put
 * something into a cart between the look and the deletion. Where one cannot be had, the carts are halved until the one
 * that somebody is at work on is alone.
 */
async function deleteLocked(container: MedusaContainer, seen: SeenCart[], answer: Answer): Promise<void> {
  let hasLocks = false
  const act = async (): Promise<void> => {
    hasLocks = true
    await deleteUntouched(container, seen, answer)
  }
  const ids = seen.map((cart) => cart.id)
  try {
    await container.resolve(Modules.LOCKING).execute(ids, act, { timeout: PATIENCE })
  } catch (error) {
    if (hasLocks) {
      throw error
    }
    if (seen.length === 1) {
      answer.kept.push({ id: seen[0].id, reason: "busy" })
      return
    }
    const middle = Math.ceil(seen.length / 2)
    await deleteLocked(container, seen.slice(0, middle), answer)
    await deleteLocked(container, seen.slice(middle), answer)
  }
}

async function deleteUntouched(container: MedusaContainer, seen: SeenCart[], answer: Answer): Promise<void> {
  const ids = seen.map((cart) => cart.id)
  const found = new Map((await readCarts(container, { id: ids }, ids.length)).map((cart) => [cart.id, cart]))
  const untouched: string[] = []
  for (const { id, touched_at } of seen) {
    const cart = found.get(id)
    const reason = cart ? whyKept(cart) ?? (touchedAt(cart) === touched_at ? undefined : "touched") : "gone"
    if (reason) {
      answer.kept.push({ id, reason })
    } else {
      untouched.push(id)
    }
  }
  if (untouched.length) {
    await container.resolve(Modules.CART).softDeleteCarts(untouched)
    answer.deleted.push(...untouched)
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
