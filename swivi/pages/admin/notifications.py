"""What an admin was told."""

import reflex as rx

from swivi.pages.notification_list import notification_list
from swivi.pages.parts import ADMIN_NOTIFICATIONS, admin_page


def notifications_page() -> rx.Component:
    """`/admin/notifications`."""
    return admin_page("Notifications", notification_list(), current=ADMIN_NOTIFICATIONS)
