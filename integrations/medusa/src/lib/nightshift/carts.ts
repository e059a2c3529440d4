/**
 * What both cart routes go by: which carts may be deleted, and when a cart was last touched.
 */
import type { MedusaContainer } from "@medusajs/framework/types"
import { ContainerRegistrationKeys, MedusaError } from "@medusajs/framework/utils"

/** Carts per request. */
export const MOST = 500

/** A cart as a list shows it, and as whoever deletes it must have seen it. */
export type SeenCart = { id: string; touched_at: string }

/** Why a cart is kept: it is not there, was changed since it was seen, became an order, or holds a payment. */
export type Reason = "gone" | "touched" | "completed" | "paid" | "busy"

type Dated = { updated_at: string | Date }

type Cart = Dated & {
  id: string
  completed_at: string | Date | null
  items?: (Dated | null)[] | null
  shipping_methods?: (Dated | null)[] | null
  shipping_address?: Dated | null
  billing_address?: Dated | null
  payment_collection?: (Dated & { status: string }) | null
}

const FIELDS = [
  "id",
  "updated_at",
  "completed_at",
  "items.updated_at",
  "shipping_methods.updated_at",
  "shipping_address.updated_at",
  "billing_address.updated_at",
  "payment_collection.updated_at",
  "payment_collection.status",
]

const HOLDS_MONEY = new Set(["authorized", "partially_authorized", "partially_captured", "completed"])

/** Carts by id that pass the filters, with all that touching one changes. */
export async function readCarts(
  container: MedusaContainer,
  filters: Record<string, unknown>,
  take: number
): Promise<Cart[]> {
  const query = container.resolve(ContainerRegistrationKeys.QUERY)
  const { data } = await query.graph({
    entity: "cart",
    fields: FIELDS,
    filters,
    pagination: { take, skip: 0, order: { id: "ASC" } },
  })
  return data as unknown as Cart[]
}

/** The last change of a cart or of anything in it: Medusa leaves a cart's own date alone when an item is added. */
export function touchedAt(cart: Cart): string {
  const parts = [
    cart,
    ...(cart.items ?? []),
    ...(cart.shipping_methods ?? []),
    cart.shipping_address,
    cart.billing_address,
    cart.payment_collection,
  ]
  const times = parts.flatMap((part) => (part ? [new Date(part.updated_at).getTime()] : []))
  return new Date(Math.max(...times)).toISOString()
}

/** Why a cart must not be deleted, whenever it was touched; undefined where it may be. */
export function whyKept(cart: Cart): Reason | undefined {
  if (cart.completed_at) {
    return "completed"
  }
  return HOLDS_MONEY.has(cart.payment_collection?.status ?? "") ? "paid" : undefined
}

/** A refusal of what was sent: 400. */
export function invalid(message: string): MedusaError {
  return new MedusaError(MedusaError.Types.INVALID_DATA, message)
}
