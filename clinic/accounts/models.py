"""The people on the staff, and the links that let them set a password."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from clinic.accounts.permissions import ALLOWED, ROLE_WORDS, Permission, Role
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
    """Somebody on the staff. Patients have no accounts.

    Invited people are not active until they set a password; people whose access ended are not active any more.
    """

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.TextField(default="", db_default="")

    objects = Users()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name", "role"]
    is_staff = False
    is_superuser = False

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="user_ended_has_a_time_and_a_person",
                condition=models.Q(ended_at__isnull=True, ended_by="")
                | (models.Q(ended_at__isnull=False, is_active=False) & ~models.Q(ended_by="")),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def actor(self) -> actors.Actor:
        """How the record names this person."""
        return actors.staff(self.pk)

    @property
    def role_in_words(self) -> str:
        """What they are, as people say it."""
        return ROLE_WORDS[Role(self.role)]

    def may(self, permission: Permission) -> bool:
        """True when this person is active and their role allows it."""
        return self.is_active and permission in ALLOWED.get(Role(self.role), frozenset())

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Nothing in this product asks Django's own permissions; the answer is always no."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        """See `has_perm`."""
        return False


class StaffLink(models.Model):
    """A link by which somebody on the staff sets a name and a password; only a hash of its token is kept."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    spent_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"link {self.pk}"
