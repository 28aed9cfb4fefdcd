"""The people on the staff."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from clinic.accounts.permissions import ALLOWED, Permission, Role
from clinic.audit import actors


class Users(BaseUserManager["User"]):
    """How users are made and found: by e-mail, whatever its capitals."""

    def create_user(self, email: str, *, name: str, role: Role, password: str | None = None) -> User:
        """Add somebody to the staff; without a password they cannot sign in until one is set."""
        user = self.model(email=self.normalize_email(email).lower(), name=name, role=role)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """Somebody on the staff. Patients have no accounts."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects = Users()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name", "role"]
    is_staff = False
    is_superuser = False

    def __str__(self) -> str:
        return self.name

    @property
    def actor(self) -> actors.Actor:
        """How the record names this person."""
        return actors.staff(self.pk)

    def may(self, permission: Permission) -> bool:
        """True when this person is active and their role allows it."""
        return self.is_active and permission in ALLOWED.get(Role(self.role), frozenset())

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Nothing in this product asks Django's own permissions; the answer is always no."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        """See `has_perm`."""
        return False
