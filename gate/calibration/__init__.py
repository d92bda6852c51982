"""How far a judge can be trusted: samples people score blind, agreement, and what follows from it. Pure."""
